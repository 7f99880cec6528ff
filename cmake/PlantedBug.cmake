# -DSYMBOLON_MUTANT=M-01 builds the product with one bug of tests/mutants/bugs planted: changed copies of the
# files concerned stand in for them. Without it nothing here has any effect.

set(SYMBOLON_MUTANT "" CACHE STRING "Plants one bug of tests/mutants/bugs, by id (empty: none)")
set(SYMBOLON_MUTANT_DIR ${CMAKE_BINARY_DIR}/mutant)
set(SYMBOLON_MUTANT_FILES "")
if(SYMBOLON_MUTANT)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  execute_process(
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tests/mutants/plant.py ${SYMBOLON_MUTANT} --into ${SYMBOLON_MUTANT_DIR}
    OUTPUT_VARIABLE SYMBOLON_MUTANT_FILES COMMAND_ERROR_IS_FATAL ANY)
  target_include_directories(symbolon_flags BEFORE INTERFACE ${SYMBOLON_MUTANT_DIR})
endif()

# symbolon_plant(sources): replaces those of the absolute paths in the list variable that the bug changes.
function(symbolon_plant variable)
  foreach(file IN LISTS SYMBOLON_MUTANT_FILES)
    list(TRANSFORM ${variable} REPLACE "^${CMAKE_SOURCE_DIR}/${file}$" "${SYMBOLON_MUTANT_DIR}/${file}")
  endforeach()
  set(${variable} "${${variable}}" PARENT_SCOPE)
endfunction()

# One place for compiler and linker flags, and the two functions with which a room declares itself.

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(symbolon_flags INTERFACE)
target_include_directories(symbolon_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(symbolon_flags INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Werror
  # g++ 12 at -O2 is wrong about these in correct code of StatusOr, std::optional and std::string.
  -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict)
if(SYMBOLON_SANITIZE)
  add_compile_options(-fsanitize=${SYMBOLON_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SYMBOLON_SANITIZE})
endif()

# symbolon_room(name [DEPENDS targets...]): a static library of every .cc below the current folder
# (main.cc excepted).
function(symbolon_room name)
  cmake_parse_arguments(ROOM "" "" "DEPENDS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  add_library(symbolon_${name} STATIC ${sources})
  target_link_libraries(symbolon_${name} PUBLIC symbolon_flags ${ROOM_DEPENDS})
  target_precompile_headers(symbolon_${name} PRIVATE
    <algorithm> <array> <cstdint> <functional> <map> <memory> <optional> <string> <string_view> <unordered_map>
    <utility> <variant> <vector> <absl/status/statusor.h> <fmt/format.h>)
endfunction()

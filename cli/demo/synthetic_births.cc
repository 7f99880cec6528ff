#include "cli/demo/synthetic_births.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "storage/atomic_file.h"

namespace symbolon::cli {
namespace {

constexpr const char* kFamilies[] = {"Jaidee", "Rahman", "Santos", "Nguyen", "Srisuk", "Hossain", "Reyes", "Tran"};
constexpr const char* kGiven[] = {"Mali", "Arif", "Maria", "Linh", "Anan", "Nadia", "Jose", "Minh", "Somchai", "Ayesha"};
constexpr const char* kPlaces[] = {"TH-10", "TH-40", "TH-50", "TH-57", "TH-63", "TH-90"};

// A fixed mixing function (SplitMix64), so that the file depends on nothing else.
uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

template <typename T, size_t N>
T Pick(T const (&list)[N], uint64_t word) {
  return list[word % N];
}

}  // namespace

absl::Status WriteSyntheticBirths(const std::string& csv_file, uint64_t rows, uint64_t first) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(csv_file.c_str(), "wb"), &std::fclose);
  if (!out) return storage::ErrnoStatus(errno, "creating", csv_file);
  std::string text = "number,registered,family,given,sex,born,province,mother_family,mother_given\n";
  for (uint64_t i = 0; i < rows; ++i) {
    const uint64_t r = Mix(first + i), s = Mix(r);
    text += fmt::format("99{:010},{}-{:02}-{:02},{},{},{},{}-{:02}-{:02},{},{},{}\n", first + i, 2024, 1 + r % 12, 1 + s % 28,
                        Pick(kFamilies, r >> 8), Pick(kGiven, s >> 8), (r >> 16) % 2 == 0 ? "F" : "M", 2023, 1 + (r >> 20) % 12,
                        1 + (s >> 20) % 28, Pick(kPlaces, r >> 32), Pick(kFamilies, s >> 32), Pick(kGiven, r >> 40));
    if (text.size() > (1 << 20) || i + 1 == rows) {
      if (std::fwrite(text.data(), 1, text.size(), out.get()) != text.size()) {
        return storage::ErrnoStatus(errno, "writing", csv_file);
      }
      text.clear();
    }
  }
  return absl::OkStatus();
}

std::string SyntheticBirthsMapping() {
  return R"(version = 1
record_type = "birth"
record_version = 1

[csv]
encoding = "utf-8"
delimiter = ","
key = "registration_number"

[fields]
registration_number = { column = "number" }
registration_date = { column = "registered", format = "YYYY-MM-DD" }
family_name = { column = "family" }
given_name = { column = "given" }
family_name_latin = { column = "family" }
given_name_latin = { column = "given" }
sex = { column = "sex" }
birth_date = { column = "born", format = "YYYY-MM-DD" }
birth_country = { const = "THA" }
birth_subdivision = { column = "province" }
mother_family_name_latin = { column = "mother_family" }
mother_given_name_latin = { column = "mother_given" }
)";
}

}  // namespace symbolon::cli

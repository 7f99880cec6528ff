#include "tests/simulation/partitions.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

namespace symbolon::simulation {
namespace {

void CutWhere(Network& network, const std::function<bool(uint64_t from, uint64_t to)>& cut) {
  for (uint64_t from = 1; from <= network.nodes(); ++from) {
    for (uint64_t to = 1; to <= network.nodes(); ++to) {
      if (from != to && cut(from, to)) network.link(from, to).cut = true;
    }
  }
}

// The nodes in an order by dice.
std::vector<uint64_t> Shuffled(const Network& network, Random& dice) {
  std::vector<uint64_t> order;
  for (uint64_t i = 1; i <= network.nodes(); ++i) order.push_back(i);
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[dice.Below(i)]);
  return order;
}

void Halves(Network& network, Random& dice) {
  const std::vector<uint64_t> order = Shuffled(network, dice);
  std::vector<bool> left(network.nodes() + 1);
  for (size_t i = 0; i < order.size() / 2; ++i) left[order[i]] = true;
  CutWhere(network, [&](uint64_t from, uint64_t to) { return left[from] != left[to]; });
}

// Two halves that see each other through one node only (LV-10).
void Bridge(Network& network, Random& dice) {
  const std::vector<uint64_t> order = Shuffled(network, dice);
  std::vector<int> side(network.nodes() + 1, 1);
  side[order[0]] = 0;
  for (size_t i = 1; i <= (order.size() - 1) / 2; ++i) side[order[i]] = 2;
  CutWhere(network, [&](uint64_t from, uint64_t to) {
    return side[from] != side[to] && side[from] != 0 && side[to] != 0;
  });
}

// Each node sees its two neighbours only.
void Ring(Network& network, Random& dice) {
  const std::vector<uint64_t> order = Shuffled(network, dice);
  std::vector<size_t> place(network.nodes() + 1);
  for (size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  CutWhere(network, [&](uint64_t from, uint64_t to) {
    const size_t apart = place[from] > place[to] ? place[from] - place[to] : place[to] - place[from];
    return apart != 1 && apart != order.size() - 1;
  });
}

}  // namespace

void CutOff(Network& network, uint64_t node) {
  CutWhere(network, [node](uint64_t from, uint64_t to) { return from == node || to == node; });
}

void LetBack(Network& network, uint64_t node) {
  for (uint64_t other = 1; other <= network.nodes(); ++other) {
    network.link(node, other).cut = network.link(other, node).cut = false;
  }
}

const char* CutInShape(Network& network, Random& dice, uint64_t aim) {
  switch (dice.Below(7)) {
    case 0:
      CutOff(network, aim);
      return "single";
    case 1:
      CutWhere(network, [aim](uint64_t from, uint64_t) { return from == aim; });
      return "one-way in";
    case 2:
      CutWhere(network, [aim](uint64_t, uint64_t to) { return to == aim; });
      return "one-way out";
    case 3:
      Halves(network, dice);
      return "halves";
    case 4:
      Bridge(network, dice);
      return "bridge";
    case 5:
      Ring(network, dice);
      return "ring";
    default:
      CutWhere(network, [&dice](uint64_t, uint64_t) { return dice.Chance(0.35); });
      return "random links";
  }
}

}  // namespace symbolon::simulation

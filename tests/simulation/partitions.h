#pragma once
// Shapes in which a network falls apart.

#include <functional>

#include "tests/simulation/network.h"

namespace symbolon::simulation {

// Cuts links in one of the shapes, by dice; `aim` is the node that a shape with a victim takes. Returns the
// shape's name.
const char* CutInShape(Network& network, Random& dice, uint64_t aim);

// Cuts every link of a node, in both directions.
void CutOff(Network& network, uint64_t node);
void LetBack(Network& network, uint64_t node);

}  // namespace symbolon::simulation

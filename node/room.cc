// placeholder so that the room links before its first idea lands

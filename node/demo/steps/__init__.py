"""Steps that people of the demo take, by noun; ``DOINGS`` of each module names the words that ask for them."""

// Everything that pages do with script. Without it they are whole; nothing here draws what the node has not drawn.

import { start as acts } from "./acts.js";
import { start as clocks } from "./clocks.js";
import { start as live } from "./live.js";
import { start as menu } from "./menu.js";
import { start as preview } from "./preview.js";

acts();
clocks();
preview();
live();
menu();

/** Slots, owners, epochs and routing tokens, read on the message path. */
@NullMarked
package io.dialtone.placement.table;

import org.jspecify.annotations.NullMarked;

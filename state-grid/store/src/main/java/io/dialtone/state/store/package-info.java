/** Images of sessions, off the heap: what a worker keeps as backup, and what it owns but does not work on now. */
@NullMarked
package io.dialtone.state.store;

import org.jspecify.annotations.NullMarked;

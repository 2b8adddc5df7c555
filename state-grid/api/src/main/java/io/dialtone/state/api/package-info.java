/** The words of the state grid: who holds which slot, what a session's record is, and the interfaces between its rooms. */
@NullMarked
package io.dialtone.state.api;

import org.jspecify.annotations.NullMarked;

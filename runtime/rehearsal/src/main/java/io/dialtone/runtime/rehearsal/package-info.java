/** Calls that a node makes inside itself before it serves: what they run through is loaded and compiled when the first real call comes. */
@NullMarked
package io.dialtone.runtime.rehearsal;

import org.jspecify.annotations.NullMarked;

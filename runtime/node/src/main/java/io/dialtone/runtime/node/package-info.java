/** Configuration, wiring, main(): the only room that sees all others. */
@NullMarked
package io.dialtone.runtime.node;

import org.jspecify.annotations.NullMarked;

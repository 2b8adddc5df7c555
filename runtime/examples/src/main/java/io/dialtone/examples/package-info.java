/** Services to learn from. */
@NullMarked
package io.dialtone.examples;

import org.jspecify.annotations.NullMarked;

/** The call generator and report of dialtone demo. */
@NullMarked
package io.dialtone.runtime.demo;

import org.jspecify.annotations.NullMarked;

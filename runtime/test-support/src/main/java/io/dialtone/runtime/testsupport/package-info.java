/** A cluster in one JVM with time moved by hand. */
@NullMarked
package io.dialtone.runtime.testsupport;

import org.jspecify.annotations.NullMarked;

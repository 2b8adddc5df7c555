/** Tests of a worker's parts, driven by hand. */
@NullMarked
package io.dialtone.runtime.engine;

import org.jspecify.annotations.NullMarked;

/** Tests of the stores of images. */
@NullMarked
package io.dialtone.state.store;

import org.jspecify.annotations.NullMarked;

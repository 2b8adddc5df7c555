/** A session's state as bytes: codecs derived from a service's record types, and what two versions can read of each other. */
@NullMarked
package io.dialtone.state.codec;

import org.jspecify.annotations.NullMarked;

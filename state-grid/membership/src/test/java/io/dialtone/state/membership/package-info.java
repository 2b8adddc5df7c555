/** Tests of discovery and hints. */
@NullMarked
package io.dialtone.state.membership;

import org.jspecify.annotations.NullMarked;

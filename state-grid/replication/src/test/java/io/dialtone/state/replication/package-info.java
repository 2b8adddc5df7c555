/** Tests of the replication protocol: driven by hand, and the seeded simulator of a whole grid. */
@NullMarked
package io.dialtone.state.replication;

import org.jspecify.annotations.NullMarked;

/** Who is there: discovery, hints of death and soft figures, on Hazelcast. */
@NullMarked
package io.dialtone.state.membership;

import org.jspecify.annotations.NullMarked;

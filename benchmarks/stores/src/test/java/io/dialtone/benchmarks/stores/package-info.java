/** Tests of the stores that ours is compared with. */
@NullMarked
package io.dialtone.benchmarks.stores;

import org.jspecify.annotations.NullMarked;

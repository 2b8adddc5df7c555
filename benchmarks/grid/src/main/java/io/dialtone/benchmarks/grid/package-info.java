/** The same sessions kept by Dialtone's grid, by Hazelcast and by Redis, side by side. */
@NullMarked
package io.dialtone.benchmarks.grid;

import org.jspecify.annotations.NullMarked;

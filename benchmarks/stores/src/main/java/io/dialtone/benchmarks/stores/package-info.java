/** What other stores of images cost beside ours, behind the same interface and by the same tests. */
@NullMarked
package io.dialtone.benchmarks.stores;

import org.jspecify.annotations.NullMarked;

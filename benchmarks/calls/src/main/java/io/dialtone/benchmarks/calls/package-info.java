/** A caller that holds a million calls open over one edge, asks within them and ends them, and the service it calls. */
@NullMarked
package io.dialtone.benchmarks.calls;

import org.jspecify.annotations.NullMarked;

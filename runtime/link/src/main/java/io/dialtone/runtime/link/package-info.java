/** The corridor between processes, on Aeron: shared memory inside a host, UDP between hosts. */
@NullMarked
package io.dialtone.runtime.link;

import org.jspecify.annotations.NullMarked;

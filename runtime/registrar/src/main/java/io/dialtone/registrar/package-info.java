/** Registrar and location service (RFC 3261 section 10), a library on the handler API. */
@NullMarked
package io.dialtone.registrar;

import org.jspecify.annotations.NullMarked;

/** Tests. */
@NullMarked
package io.dialtone.registrar;

import org.jspecify.annotations.NullMarked;

/** How services are tested. */
@NullMarked
package io.dialtone.examples;

import org.jspecify.annotations.NullMarked;

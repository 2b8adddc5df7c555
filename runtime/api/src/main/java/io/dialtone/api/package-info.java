/** What a service developer imports, and the seams between rooms. */
@NullMarked
package io.dialtone.api;

import org.jspecify.annotations.NullMarked;

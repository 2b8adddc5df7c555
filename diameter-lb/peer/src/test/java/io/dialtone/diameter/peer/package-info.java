@NullMarked
package io.dialtone.diameter.peer;

import org.jspecify.annotations.NullMarked;

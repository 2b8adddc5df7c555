@NullMarked
package io.dialtone.diameter.routing;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.dialtone.sip.routing;

import org.jspecify.annotations.NullMarked;

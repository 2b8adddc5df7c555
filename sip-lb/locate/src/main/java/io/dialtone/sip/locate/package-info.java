/** From a name in a URI to the addresses to try, one after the other (RFC 3263), without a socket. */
@NullMarked
package io.dialtone.sip.locate;

import org.jspecify.annotations.NullMarked;

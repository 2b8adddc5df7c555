/** Questions to DNS servers, on a Netty loop of its own. */
@NullMarked
package io.dialtone.sip.dns;

import org.jspecify.annotations.NullMarked;

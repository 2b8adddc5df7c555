/** Sockets of balancers and edges, on Netty loops driven by hand. */
@NullMarked
package io.dialtone.sip.transport;

import org.jspecify.annotations.NullMarked;

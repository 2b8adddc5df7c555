/** Connections of Diameter peers: TCP and TLS, on a Netty loop driven by hand. */
@NullMarked
package io.dialtone.diameter.transport;

import org.jspecify.annotations.NullMarked;

/**
 * The Diameter relay agent (RFC 6733): where a request goes next, and the way back of its answer. Without sockets, threads or clock; one {@link
 * io.dialtone.diameter.routing.Relay} for each loop.
 */
@NullMarked
package io.dialtone.diameter.routing;

import org.jspecify.annotations.NullMarked;

/**
 * Diameter on the wire (RFC 6733): flyweights over direct memory and edits on the way. Imports nothing else of ours.
 *
 * <p>{@link io.dialtone.diameter.codec.DiameterMessage} reads a message and knows where its base AVPs are; {@link io.dialtone.diameter.codec.AvpCursor} walks AVPs, of a message or of a
 * group, when somebody asks; {@link io.dialtone.diameter.codec.DiameterEditor} copies a message with changes; {@link io.dialtone.diameter.codec.DiameterWriter} writes our own.
 *
 * <p>What an AVP means, and which a command must have, is not known here. Nothing that comes from the wire makes any of them throw or allocate. None is thread safe: one of
 * each per thread.
 */
@NullMarked
package io.dialtone.diameter.codec;

import org.jspecify.annotations.NullMarked;

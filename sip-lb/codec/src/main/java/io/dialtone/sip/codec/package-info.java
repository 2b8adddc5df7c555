/**
 * SIP on the wire: one-pass flyweights over direct memory and edits in place. Imports nothing else of ours.
 *
 * <p>{@link io.dialtone.sip.codec.SipMessage} reads a message; {@link io.dialtone.sip.codec.ViaView}, {@link io.dialtone.sip.codec.NameAddrView} and {@link
 * io.dialtone.sip.codec.UriView} take values apart when somebody asks; {@link io.dialtone.sip.codec.SipSyntax} is for those who must refuse what a proxy may forward;
 * {@link io.dialtone.sip.codec.SipEditor} changes a message where it lies; {@link io.dialtone.sip.codec.SipWriter} writes our own.
 *
 * <p>Nothing that comes from the wire makes any of them throw or allocate. None is thread safe: one of each per thread.
 */
@NullMarked
package io.dialtone.sip.codec;

import org.jspecify.annotations.NullMarked;

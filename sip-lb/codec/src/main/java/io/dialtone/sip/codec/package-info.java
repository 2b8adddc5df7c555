/** SIP on the wire: one-pass flyweights over direct memory and edits in place. Imports nothing else of ours. */
@NullMarked
package io.dialtone.sip.codec;

import org.jspecify.annotations.NullMarked;

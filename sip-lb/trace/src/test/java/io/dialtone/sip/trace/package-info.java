/** Tests of what is kept of messages, and how it is written for others. */
@NullMarked
package io.dialtone.sip.trace;

import org.jspecify.annotations.NullMarked;

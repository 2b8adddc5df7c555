/** Tests of SIP over a worker driven by hand. */
@NullMarked
package io.dialtone.runtime.sip;

import org.jspecify.annotations.NullMarked;

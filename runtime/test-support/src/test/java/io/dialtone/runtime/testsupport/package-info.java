/** What a SIP peer sees of a cluster, message by message. */
@NullMarked
package io.dialtone.runtime.testsupport;

import org.jspecify.annotations.NullMarked;

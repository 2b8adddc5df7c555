/** SIP transactions and dialogs over the engine. */
@NullMarked
package io.dialtone.runtime.sip;

import org.jspecify.annotations.NullMarked;

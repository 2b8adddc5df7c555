@NullMarked
package io.dialtone.sip.dns;

import org.jspecify.annotations.NullMarked;

/** Who may do what: certificates, tokens and the policy, read from files that may change. */
@NullMarked
package dev.aether.server.security;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.aether.server.security;

import org.jspecify.annotations.NullMarked;

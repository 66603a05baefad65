package dev.aether.client;

import java.util.List;

/**
 * A page of a list of namespaces.
 *
 * @param namespaces the namespaces of the page; may be empty although there is a next page
 * @param nextPageToken asks for the next page; empty: this is the last
 */
public record NamespacePage(List<NamespaceInfo> namespaces, String nextPageToken) {
  /** Copies the namespaces. */
  public NamespacePage {
    namespaces = List.copyOf(namespaces);
  }
}

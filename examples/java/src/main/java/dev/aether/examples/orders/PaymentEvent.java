package dev.aether.examples.orders;

/** What happens to the payment of an order. It is an actor of its own, with one event. */
sealed interface PaymentEvent {
  String order();

  record PaymentTaken(String order, long amount) implements PaymentEvent {}

  record PaymentRefused(String order, long amount) implements PaymentEvent {}
}

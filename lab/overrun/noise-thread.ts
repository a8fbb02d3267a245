// A thread that wants a core for itself, until it is ended.
for (;;);

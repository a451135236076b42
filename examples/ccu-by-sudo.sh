#!/bin/sh
# What people run as `ccu` where a service account owns the file (see sudoers).
exec sudo -n -u ccu /opt/ccu/bin/ccu --db /var/lib/ccu/ccu.db "$@"
